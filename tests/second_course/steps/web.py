"""Sentences about the web server."""

from labproof.grading import expectation
from labproof.grading.judging import Judge
from labproof.lab import service
from labproof.lab.browser import Browser
from labproof.lab.machine import Lab, Machine
from labproof.session.performing import Performer
from labproof.session.sentences import then, when

UNIT = """mkdir -p /srv/www && echo It works on server >/srv/www/index.html
cat > /etc/systemd/system/page.service << 'EOF'
[Service]
ExecStart=/usr/bin/python3 -m http.server --directory /srv/www 80
[Install]
WantedBy=multi-user.target
EOF
systemctl daemon-reload && systemctl start page && systemctl enable page
firewall-cmd --permanent --add-service=http && firewall-cmd --reload"""


def set_up(machine: Machine) -> None:
    """Write the page, and a service that serves it; let visitors through the firewall."""
    machine.act(UNIT)


@when("the page is written and its service installed, started and enabled on server")
def set_page_up(performer: Performer, lab: Lab) -> None:
    performer(set_up, lab["server"])


@then("the service of the page is running")
def service_runs(judge: Judge, lab: Lab) -> None:
    judge(lambda: service.read(lab["server"], "page"), expectation.running("page"), "server")


@then("the service of the page starts at boot")
def service_is_enabled(judge: Judge, lab: Lab) -> None:
    judge(lambda: service.read(lab["server"], "page"), expectation.enabled("page"), "server")


@then('the page of server says "{text}"')
def page_says(judge: Judge, browser: Browser, lab: Lab, text: str) -> None:
    judge(lambda: browser.get(lab["server"], "http", 80), expectation.page(text), lab["server"].address)
