virt-layout plan $(for i in $(seq 130); do echo --node vcpus=1,memory=128MiB; done)
