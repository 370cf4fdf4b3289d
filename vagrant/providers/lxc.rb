# All settings of a container in one block: a second block would replace the list. vagrant-lxc appends its settings at
# every start; a list is therefore cleared first.
PROVIDERS << lambda do |machine, row|
  machine.vm.provider :lxc do |container, override|
    container.backingstore = 'dir'
    container.container_name = "labproof-#{row['name']}"
    container.ssh_ip_addr = row['address']
    container.tmpfs_mount_size = nil
    # As virtual machines have them: eth0 to the outside, the same address on each, and eth1 to the lab.
    cards = []
    if (nat = TABLE['nat'])
      cards << { 'link' => "#{nat['bridge']}#{TABLE['machines'].index(row)}", 'ipv4.address' => nat['address'],
                 'ipv4.gateway' => nat['gateway'] }
    end
    cards << { 'link' => TABLE['bridge']['name'],
               'ipv4.address' => "#{row['address']}/#{TABLE['network'].split('/').last}" }
    cards[0]['ipv4.gateway'] ||= TABLE['bridge']['address']
    container.customize 'net', ''
    cards.each_with_index do |card, place|
      { 'type' => 'veth', 'flags' => 'up', 'name' => "eth#{place}", **card }.each do |key, value|
        container.customize "net.#{place}.#{key}", value
      end
    end
    container.customize 'cgroup.memory.limit_in_bytes', "#{row['memory']}M"
    container.customize 'cgroup2.memory.max', "#{row['memory']}M"
    unless BUNDLE.empty? || !row['gets_bundle']
      container.customize 'mount.entry',
                          "#{BUNDLE} #{BUNDLE_IN_CONTAINER[1..]} none bind,ro,optional,create=dir 0 0"
    end
    override.vm.box = ENV.fetch('LABPROOF_BOX', 'labproof-rehearsal')
    provision(override, row, BUNDLE_IN_CONTAINER)
  end
end
