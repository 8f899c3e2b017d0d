virt-layout plan --like "synthetic:pack:2 [numa(memory=1GB)] core:2 pu:2" --predict
