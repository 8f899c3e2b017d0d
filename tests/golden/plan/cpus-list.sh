virt-layout plan --node cpus=0-3,memory=1GiB
