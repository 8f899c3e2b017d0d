echo "<topology version='2.0'><object/></topology>" | virt-layout topology -
