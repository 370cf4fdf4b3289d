# libvirt's own defaults (512 MiB, one processor) are too small for a control plane. The first network is libvirt's
# management network, the lab's is the second.
#
# LABPROOF_VM_DRIVER=qemu has QEMU emulate the processor where KVM runs no guest. LABPROOF_VM_NAT names a network that
# is there already, in the place of the management network: one that leads nowhere, where Labproof has made it.
DRIVER = said('LABPROOF_VM_DRIVER', 'kvm')
raise "LABPROOF_VM_DRIVER: expected kvm or qemu, found #{DRIVER}" unless %w[kvm qemu].include?(DRIVER)

def processors(row)
  number = said('LABPROOF_VM_CPUS', row['cpus'].to_s)
  raise "LABPROOF_VM_CPUS: expected a number of processors, found #{number}" unless number.match?(/\A[1-9]\d{0,2}\z/)

  number.to_i
end

# A machine that is emulated takes minutes to start and to stop, and is not switched off meanwhile.
def patience(override)
  override.vm.boot_timeout = 1200
  override.vm.graceful_halt_timeout = 600
end

def first_card(domain, row)
  name = ENV.fetch('LABPROOF_VM_NAT', '')
  return if name.empty?

  domain.management_network_name = name
  domain.management_network_address = TABLE['nat']['address'].sub(%r{\.\d+/}, '.0/')
  domain.management_network_mode = 'none'
  domain.management_network_keep = true
  domain.management_network_mac = format('5254000002%02x', TABLE['machines'].index(row))
end

PROVIDERS << lambda do |machine, row|
  machine.vm.provider :libvirt do |domain, override|
    domain.default_prefix = 'labproof-'
    domain.memory = row['memory']
    domain.cpus = processors(row)
    domain.graphics_type = 'none'
    domain.driver = DRIVER
    unless DRIVER == 'kvm'
      # What QEMU emulates best; the default asks it for whatever this computer's processor has.
      domain.cpu_mode = 'custom'
      patience(override)
    end
    first_card(domain, row)
    override.vm.network :private_network, ip: row['address'], netmask: NETMASK,
                                          libvirt__network_name: 'labproof', libvirt__netmask: NETMASK,
                                          libvirt__dhcp_enabled: false, libvirt__forward_mode: 'none'
    centos(override, 'libvirt')
    upload_bundle(override, row)
    provision(override, row, BUNDLE_IN_MACHINE)
  end
end
