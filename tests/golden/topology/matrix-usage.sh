virt-layout topology --matrix --svg /dev/null synthetic:pu:1
virt-layout topology --class gpu synthetic:pu:1
virt-layout topology --matrix --class gpu,cpu synthetic:pu:1
virt-layout topology --matrix -o SPEED synthetic:pu:1
