# VirtualBox allows 192.168.200.0/24 only where /etc/vbox/networks.conf names it.
PROVIDERS << lambda do |machine, row|
  machine.vm.provider :virtualbox do |vb, override|
    vb.memory = row['memory']
    vb.cpus = row['cpus']
    vb.linked_clone = true
    override.vm.network :private_network, ip: row['address']
    centos(override)
    upload_bundle(override, row)
    provision(override, row, '/tmp/labproof-bundle')
  end
end
