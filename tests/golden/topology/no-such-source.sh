virt-layout topology /no/such
virt-layout topology tests
virt-layout topology meson.build
echo "<network/>" | virt-layout topology -
virt-layout topology a b
virt-layout topology --svg a --json
