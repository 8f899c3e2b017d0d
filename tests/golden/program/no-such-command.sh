virt-layout frobnicate
