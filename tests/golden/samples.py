"""Runs made up for the tests of report, result and progress; no lab ever gave these answers."""

from dataclasses import replace
from fractions import Fraction
from hashlib import sha256

from labproof.records.model import (
    Attempt,
    Authorship,
    CriterionRecord,
    Exchange,
    History,
    LabDescription,
    Mode,
    Outcome,
    RunRecord,
    ScenarioRecord,
    SectionRecord,
    Slip,
    StepOutcome,
    StepRecord,
)

LAB = LabDescription(
    profile="rehearsal",
    provider="lxc",
    box="labproof-debian12",
    identity="kube-system 5c1f2f0e",
    versions={"kubernetes": "1.20.2", "docker": "20.10.24", "vagrant": "2.3.4"},
    machines={
        "master": {"address": "192.168.200.10", "system": "Debian 12", "cpus": "2"},
        "node": {"address": "192.168.200.20", "system": "Debian 12", "memory": "2048 MiB"},
    },
    cluster={"authority": "sha256:5c1f", "kube-system": "5c1f2f0e-0000-4000-8000-000000000000"},
    stand_ins=("cluster DNS", "Calico", "Dashboard", "Kuboard"),
    simulated=("SELinux: only its config file", "swap: a line in /etc/fstab"),
)

READING = Exchange(
    number=7,
    machine="master",
    kind="command",
    request="systemctl is-active docker\ndocker info --format '{{.CgroupDriver}}'",
    purpose="read what docker says about itself",
    started="2026-03-01T10:00:04+00:00",
    seconds=0.214,
    status=0,
    output="active\ncgroupfs\n",
    digest=sha256(b"active\ncgroupfs\n").hexdigest(),
)

RESTART = Exchange(
    number=6,
    machine="master",
    kind="command",
    request="systemctl daemon-reload && systemctl restart docker",
    purpose="act",
    started="2026-03-01T10:00:02+00:00",
    seconds=1.9,
    status=1,
    error="Job for docker.service failed.\n",
)


def exchange(number: int, kind: str, request: str, status: int | None, **changes: object) -> Exchange:
    """Return an exchange with the node."""
    plain = Exchange(number, "node", kind, request, "look", "2026-03-01T10:01:00+00:00", 0.05, status)
    return replace(plain, **changes)  # type: ignore[arg-type]


def criterion(id: str, text: str, points: int | str, outcome: Outcome, **changes: object) -> CriterionRecord:
    """Return a criterion that was looked at once."""
    plain = CriterionRecord(
        id=id,
        text=text,
        points=Fraction(points),
        outcome=outcome,
        authorship=Authorship.RUNNER if outcome is Outcome.PASSED else Authorship.NOBODY,
        expected="yes",
        found="yes" if outcome is Outcome.PASSED else "no",
        where="master",
        started="2026-03-01T10:00:04+00:00",
        looks=1,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def scenario(name: str, *criteria: CriterionRecord, steps: tuple[StepRecord, ...] = ()) -> ScenarioRecord:
    """Return a scenario whose Then sentences are the criteria."""
    words = ("Then" if n == 0 else "And" for n in range(len(criteria)))
    then = tuple(StepRecord(word, c.text, StepOutcome(c.outcome)) for word, c in zip(words, criteria, strict=True))
    return ScenarioRecord(name, "perform", "2026-03-01T10:00:00+00:00", 75.3, (*steps, *then), criteria)


_DRIVER = criterion(
    "docker.daemon-agrees",
    "the running daemon uses the systemd driver",
    3,
    Outcome.FAILED,
    expected="cgroup driver systemd",
    found="cgroup driver cgroupfs",
    why="kubelet and docker must count processes in the same tree, or the node fails under load.",
    hints=("The file is read only when the daemon starts.", "exec-opts in /etc/docker/daemon.json"),
    try_this="systemctl daemon-reload && systemctl restart docker",
    slips=(
        Slip(
            "docker.not-restarted",
            "daemon.json is right, docker still runs with the old one",
            "restart docker",
            "CgroupDriver=cgroupfs",
        ),
    ),
    waited=10.5,
    looks=21,
    evidence=(READING,),
)

_DOCKER = SectionRecord(
    "docker",
    {"en": "Docker", "zh": "安装 docker"},
    "2.4, 2.6",
    (
        scenario(
            "The daemon uses the systemd driver",
            criterion("docker.runs", "docker is running on master", "5/2", Outcome.PASSED, evidence=(READING,)),
            _DRIVER,
            criterion(
                "docker.container",
                "a container runs on master",
                2,
                Outcome.BLOCKED,
                blocked_by="docker.daemon-agrees",
                found="",
                expected="exit status 0",
            ),
            steps=(
                StepRecord("Given", "docker is installed on master", StepOutcome.PASSED, 0.01),
                StepRecord(
                    "When",
                    "I restart docker on master",
                    StepOutcome.FAILED,
                    1.9,
                    "docker did not restart",
                    (RESTART,),
                ),
            ),
        ),
    ),
)

_JOIN = SectionRecord(
    "join-node",
    {"en": "Join the node", "zh": "将 node 节点加入到集群中"},
    "4.2",
    (
        scenario(
            "The node is part of the cluster",
            criterion(
                "join.ready", "both nodes are Ready", 4, Outcome.UNDETERMINED,
                reason="the connection to master was lost", found="no answer in 10 s", where="the API on master",
                evidence=(
                    exchange(9, "api", "GET /api/v1/nodes", None, problem="DeadlineExceeded"),
                    exchange(10, "page", "https://192.168.200.20:30000/", 503, output="no\n", dropped=4096),
                ),
            ),
            criterion(
                "join.selinux", "SELinux stays off", 1, Outcome.SKIPPED,
                reason="this kernel has no SELinux", found="", expected="",
            ),
        ),
        ScenarioRecord("The worker label stands on the right node", "verify", steps=(
            StepRecord("When", "the label is set", StepOutcome.NOT_PERFORMED, note="the student's own work is graded"),
            StepRecord("And", "the label is set again", StepOutcome.NOTHING_TO_DO, note="all of it was found done"),
        ), criteria=(
            criterion("join.label", "node has the worker role", "0.5", Outcome.BLOCKED, blocked_by="calico"),
        )),
    ),
)  # fmt: skip

FIRST = Attempt("20260227-090000-verify", Mode.VERIFY, "2026-02-27T09:00:00+00:00", Fraction("6.5"), Fraction(12))
SECOND = Attempt("20260228-090000-verify", Mode.VERIFY, "2026-02-28T09:00:00+00:00", Fraction(3), Fraction(12))
HISTORY = History(
    2, FIRST, (SECOND, FIRST), {"docker.runs": "failed", "docker.daemon-agrees": "passed", "join.ready": "passed"}
)

EVERY_OUTCOME = RunRecord(
    run="2026-03-01T10-00-00",
    mode=Mode.PERFORM,
    started="2026-03-01T10:00:00+00:00",
    lab=LAB,
    rubric="sha256:0f3a",
    sections=(_DOCKER, _JOIN),
    finished="2026-03-01T10:02:30+00:00",
    ended="finished",
    based_on="2026-02-28T09-00-00",
    evidence_head="sha256:77aa",
    student="s001",
    history=HISTORY,
)

FULL = replace(
    EVERY_OUTCOME,
    student="",
    history=None,
    sections=tuple(
        SectionRecord(
            id, {"en": en, "zh": zh}, handout,
            (scenario(f"{en} is done", *(
                criterion(f"{id}.{n}", f"{en} fact {n} holds", points, Outcome.PASSED, evidence=(READING,))
                for n, points in enumerate((total - total // 2, total // 2))
            )),),
        )
        for id, en, zh, handout, total in (
            ("base-environment", "Base environment", "基础环境配置", "2.1-2.3", 16),
            ("docker", "Docker", "安装 docker", "2.4, 2.6", 14),
            ("kubeadm-init", "kubeadm init", "初始化集群", "2.5, 2.7", 18),
            ("calico", "Calico", "安装网络组件", "3", 10),
            ("dashboard", "Dashboard", "安装 kubernetes-dashboard", "4.1", 12),
            ("join-node", "Join the node", "将 node 节点加入到集群中", "4.2", 12),
            ("nginx", "nginx through the Dashboard", "通过 kubernetes-dashboard 创建容器", "4.3", 10),
            ("kuboard", "Kuboard", "配置图形化管理工具 Kuboard", "5", 8),
        )
    ),
)  # fmt: skip

_SILENT = "we could not see: node: no answer from 192.168.200.20:22 within 10 s"
_HANGING = "we could not see: GET https://192.168.200.10:6443/api/v1/nodes: no answer within 10 s"

UNDETERMINED = replace(
    FULL,
    ended="broken",
    sections=tuple(
        replace(section, scenarios=tuple(
            replace(s, criteria=tuple(
                replace(
                    c, outcome=Outcome.UNDETERMINED, authorship=Authorship.NOBODY, found="", reason=reason,
                    evidence=(exchange(20 + place, "command", "hostname", None, problem="DeadlineExceeded"),),
                )
                for c in s.criteria
            ))
            for s in section.scenarios
        )) if reason else section
        for place, (section, reason) in enumerate(zip(
            FULL.sections, ("", _SILENT, _SILENT, _HANGING, "", _HANGING, _SILENT, ""), strict=True
        ))
    ),
)  # fmt: skip
"""A machine fell silent, the API hung, and Labproof itself failed: nothing is lost, and most is not seen."""

UNPAID = replace(
    FULL,
    sections=(*FULL.sections, SectionRecord(
        "reboot", {"en": "Surviving a reboot", "zh": "重启之后"}, "2.3-5",
        (scenario(
            "The machines come back",
            criterion("reboot.swap", "no swap is in use", 0, Outcome.FAILED, found="/dev/sdb1", expected="none"),
            criterion("reboot.kubelet", "kubelet is running", 0, Outcome.BLOCKED, blocked_by="reboot.swap"),
            criterion("reboot.api", "the API answers that it is ready", 0, Outcome.UNDETERMINED, reason=_HANGING),
            criterion("reboot.docker", "Docker is running", 0, Outcome.PASSED),
        ),),
    )),
)  # fmt: skip
"""Every point is earned, and what is worth none has failed."""

EVIL = (
    "<script>alert(1)</script>\x1b[31mred\x1b[0m\x00 \u202egnp.exe\u202c \u2066x\u2069\udcff <img src=http://e.test/x>"
)
HUGE = "<b>&amp;\x1b[2J" + "0123456789abcdef" * 6400 + "THE-END"

HOSTILE = replace(
    EVERY_OUTCOME,
    run=EVIL,
    student=EVIL,
    history=History(
        2,
        replace(FIRST, run=EVIL),
        (replace(SECOND, run=EVIL, started=EVIL),),
        {"docker.evil": "passed", EVIL: "failed"},
    ),
    lab=replace(
        LAB,
        box=EVIL,
        identity='"><script>',
        versions={EVIL: EVIL},
        machines={EVIL: {EVIL: EVIL}},
        cluster={EVIL: EVIL},
    ),
    sections=(
        SectionRecord("docker", {"en": EVIL, "zh": EVIL}, EVIL, (
            scenario(
                EVIL,
                criterion(
                    "docker.evil", EVIL, 1, Outcome.FAILED, expected=EVIL, found=HUGE, where=EVIL, why=EVIL,
                    hints=(EVIL,), try_this=EVIL, slips=(Slip("s", EVIL, EVIL, EVIL),), reason=EVIL,
                    evidence=tuple(
                        exchange(3, "command", EVIL, 0, output=text, error=text, machine=EVIL, purpose=EVIL)
                        for text in (EVIL, HUGE)
                    ),
                ),
                criterion("docker.evil-2", EVIL, 1, Outcome.BLOCKED, blocked_by=EVIL),
                criterion("docker.evil-3", EVIL, 1, Outcome.UNDETERMINED, reason=EVIL),
                steps=(StepRecord("When", EVIL, StepOutcome.FAILED, 1.0, EVIL, (RESTART,)),),
            ),
        )),
    ),
)  # fmt: skip
