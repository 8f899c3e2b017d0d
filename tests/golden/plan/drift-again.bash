# plan_again FILE...: what check says about FILE.xml, what changes when it is planned again, and
# what check says then.
plan_again() {
	local file
	for file; do
		rm -f again.xml
		virt-layout check --only plan-drift $file.xml
		virt-layout plan --domain $file.xml -o again.xml
		diff $file.xml again.xml
		virt-layout check --only plan-drift again.xml
		echo "planned again: $?"
	done
}
