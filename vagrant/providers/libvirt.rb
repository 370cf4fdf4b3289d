# libvirt's own defaults (512 MiB, one processor) are too small for a control plane. The first network is libvirt's
# management network, the lab's is the second.
PROVIDERS << lambda do |machine, row|
  machine.vm.provider :libvirt do |domain, override|
    domain.default_prefix = 'labproof-'
    domain.memory = row['memory']
    domain.cpus = row['cpus']
    domain.graphics_type = 'none'
    override.vm.network :private_network, ip: row['address'], netmask: NETMASK,
                                          libvirt__network_name: 'labproof', libvirt__netmask: NETMASK,
                                          libvirt__dhcp_enabled: false, libvirt__forward_mode: 'none'
    centos(override, 'libvirt')
    upload_bundle(override, row)
    provision(override, row, BUNDLE_IN_MACHINE)
  end
end
