virt-layout plan --node vcpus=1,memory=1GiB --arch ppc64le --machine pseries
