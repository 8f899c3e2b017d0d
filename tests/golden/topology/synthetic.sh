virt-layout topology "synthetic:pack:2 [numa(memory=4GiB)] core:2 pu:2"
virt-layout topology synthetic:pack:0
