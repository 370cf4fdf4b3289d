"""Sentences about the machines themselves: names, keys, firewall, SELinux, swap, forwarding."""

from labproof.grading import expectation
from labproof.grading.judging import Judge
from labproof.lab import service
from labproof.lab.machine import Lab
from labproof.session.performing import Performer
from labproof.session.sentences import then, when
from steps.actions import base, names, ssh_key
from steps.course import expect
from steps.probes import bridge, firewall, selinux, swap
from steps.probes import names as names_probe
from steps.probes import ssh_key as key_probe


@when("root on master makes a key pair and copies the key to both machines")
def make_and_copy_key(performer: Performer, lab: Lab) -> None:
    performer(ssh_key.make, lab["master"])
    performer.each(ssh_key.copy_to, lab.all, lab["master"])


@then('root on master opens a shell on "{machine}" by key, without a prompt')
def key_opens_shell(judge: Judge, lab: Lab, machine: str) -> None:
    judge(lambda: key_probe.log_in(lab["master"], lab[machine]), expect.shell_on(machine), "master")


@when("both hostnames are set and both names are written into /etc/hosts")
def set_names(performer: Performer, lab: Lab) -> None:
    performer.each(names.set_hostname, lab.all)
    performer.each(names.write_hosts, lab.all, lab.all)


@then('"{machine}" has its hostname')
def has_hostname(judge: Judge, lab: Lab, machine: str) -> None:
    wanted = expectation.all_equal({"the hostname": machine, "/etc/hostname": machine})
    judge(lambda: names_probe.hostname(lab[machine]), wanted, machine)


@then('on "{machine}" both names lead to the lab\'s addresses')
def names_resolve(judge: Judge, lab: Lab, machine: str) -> None:
    wanted = expectation.all_equal({other.name: other.address for other in lab.all})
    judge(lambda: names_probe.addresses(lab[machine], tuple(lab.machines)), wanted, machine)


@when("firewalld is stopped and disabled on both machines")
def stop_firewall(performer: Performer, lab: Lab) -> None:
    performer.each(base.stop_firewall, lab.all)


@when("the iptables rules are flushed on both machines")
def flush_iptables(performer: Performer, lab: Lab) -> None:
    performer.each(base.flush_iptables, lab.all)


@then('on "{machine}" firewalld neither runs nor starts at boot')
def firewalld_is_off(judge: Judge, lab: Lab, machine: str) -> None:
    judge(lambda: service.read(lab[machine], "firewalld"), expectation.off("firewalld"), machine)


@then('on "{machine}" no rules of a firewall are left')
def no_rules_left(judge: Judge, lab: Lab, machine: str) -> None:
    judge(lambda: firewall.leftover_rules(lab[machine]), expectation.nothing("rules of a firewall"), machine)


@when("SELinux is switched off on both machines")
def disable_selinux(performer: Performer, lab: Lab) -> None:
    performer.each(base.disable_selinux, lab.all)


@then('on "{machine}" SELinux does not enforce')
def selinux_does_not_enforce(judge: Judge, lab: Lab, machine: str) -> None:
    judge(lambda: selinux.mode(lab[machine]), expect.selinux_not_enforcing(), machine)


@then('on "{machine}" SELinux will not enforce after a reboot')
def selinux_stays_off(judge: Judge, lab: Lab, machine: str) -> None:
    judge(lambda: selinux.configured(lab[machine]), expect.selinux_not_enforcing_at_boot(), machine)


@when("swap is switched off on both machines")
def switch_swap_off(performer: Performer, lab: Lab) -> None:
    performer.each(base.switch_swap_off, lab.all)


@then('on "{machine}" no swap is in use')
def no_swap_in_use(judge: Judge, lab: Lab, machine: str) -> None:
    judge(lambda: swap.in_use(lab[machine]), expectation.nothing("swap in use"), machine)


@then('on "{machine}" no swap comes back after a reboot')
def no_swap_at_boot(judge: Judge, lab: Lab, machine: str) -> None:
    judge(lambda: swap.at_boot(lab[machine]), expectation.nothing("active swap line in /etc/fstab"), machine)


@when("br_netfilter is loaded and the kernel settings are written on both machines")
def prepare_bridge(performer: Performer, lab: Lab) -> None:
    performer.each(base.load_bridge_module, lab.all)
    performer.each(base.write_sysctls, lab.all)


@then('on "{machine}" br_netfilter is loaded')
def module_is_loaded(judge: Judge, lab: Lab, machine: str) -> None:
    judge(lambda: bridge.is_loaded(lab[machine]), expectation.loaded("br_netfilter"), machine)


@then('on "{machine}" br_netfilter is loaded again at the next boot or login')
def module_comes_back(judge: Judge, lab: Lab, machine: str) -> None:
    judge(lambda: bridge.loaded_by(lab[machine]), expectation.something("a file that loads br_netfilter"), machine)


@then('on "{machine}" the three kernel settings are in force')
def sysctls_are_live(judge: Judge, lab: Lab, machine: str) -> None:
    judge(lambda: bridge.live(lab[machine]), expectation.all_equal(dict.fromkeys(bridge.KEYS, "1")), machine)


@then('on "{machine}" the three kernel settings are kept in a file')
def sysctls_are_kept(judge: Judge, lab: Lab, machine: str) -> None:
    judge(lambda: bridge.persisted(lab[machine]), expectation.all_equal(dict.fromkeys(bridge.KEYS, "1")), machine)
