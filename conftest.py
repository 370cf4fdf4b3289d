pytest_plugins = [
    "steps.lab",
    "steps.base",
    "steps.docker",
    "steps.init",
    "steps.network",
    "steps.consoles",
    "steps.nodes",
    "steps.nginx",
    "steps.reboot",
    "steps.concepts",
]
