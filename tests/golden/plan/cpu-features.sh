virt-layout plan --node vcpus=1,memory=1GiB --cpu host-passthrough+vmx+x2apic+vmx | grep "<feature"
