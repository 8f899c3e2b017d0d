virt-layout plan --node cpulist=0-3,memory=1GiB --node cpulist=3-5,memory=1GiB
