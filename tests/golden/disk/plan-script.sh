virt-layout disk plan -s 1GiB -p size=100MiB,attribute=legacy-boot,attribute=63 -p size=30MiB,name=ab --seed 1 --script
