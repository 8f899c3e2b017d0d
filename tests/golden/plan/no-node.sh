virt-layout plan --nic e1000e,per-node=1
