# VirtualBox's first network is its own NAT, with 10.0.2.15 on every machine; the lab's is the second. Where VirtualBox
# allows it only once /etc/vbox/networks.conf names it, `labproof doctor` says so before Vagrant fails.
PROVIDERS << lambda do |machine, row|
  machine.vm.provider :virtualbox do |vb, override|
    vb.name = "labproof-#{row['name']}"
    vb.memory = row['memory']
    vb.cpus = row['cpus']
    vb.linked_clone = true
    # A new version of the guest additions is nobody's business here, and no folder is shared.
    vb.check_guest_additions = false
    override.vm.network :private_network, ip: row['address'], netmask: NETMASK
    centos(override, 'virtualbox')
    upload_bundle(override, row)
    provision(override, row, BUNDLE_IN_MACHINE)
  end
end
