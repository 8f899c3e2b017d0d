virt-layout plan --domain tests/domains/bus-window--commandline-near.xml --node vcpus=2,memory=512MiB --node vcpus=2,memory=512MiB --nic e1000e,per-node=2 --diff
