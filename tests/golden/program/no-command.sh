virt-layout
