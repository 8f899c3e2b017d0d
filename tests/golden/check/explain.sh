virt-layout explain bus-window &&
	virt-layout explain bus-windw
virt-layout explain --rst bus-window
