PROVIDERS << lambda do |machine, row|
  machine.vm.provider :libvirt do |domain, override|
    domain.memory = row['memory']
    domain.cpus = row['cpus']
    override.vm.network :private_network, ip: row['address'], libvirt__network_name: 'labproof',
                                          libvirt__dhcp_enabled: false, libvirt__forward_mode: 'none'
    centos(override)
    upload_bundle(override, row)
    provision(override, row, '/tmp/labproof-bundle')
  end
end
