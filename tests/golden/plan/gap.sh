virt-layout plan --node cpulist=1-2,memory=1GiB
