# `make lab` does the set-up and the main job, `make test` the set-up and the tests.
PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready

.PHONY: lab test lint unit down demo docs picture vm-check vm-lab clean

lab: $(READY)
	$(VENV)/bin/labproof lab

test: $(READY)
	@echo "the tests (minutes; a line of dots for each few per cent), with ruff and mypy beside them:"
	@$(MAKE) --no-print-directory -j2 lint unit

lint: $(READY)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

unit: $(READY)
	$(VENV)/bin/pytest tests

# Mistakes that only a kernel of the machine's own shows for real, and two of Docker's.
VM_MISTAKES := base.swap-still-on base.selinux-still-enforcing base.module-unloaded base.firewalld-running \
    docker.file-no-driver docker.until-boot

vm-check: $(READY)
	$(VENV)/bin/labproof author vm-check --cpus 1 --section base --section docker $(VM_MISTAKES:%=--mistake %)

# A control plane whose processors are emulated takes many times as long to come up.
vm-lab: $(READY)
	$(VENV)/bin/labproof author vm-check --slowness 10

demo: $(READY)
	$(VENV)/bin/labproof demo

docs: $(READY)
	$(VENV)/bin/python docs/make.py

picture: $(READY)
	$(VENV)/bin/python docs/picture.py

down: $(READY)
	$(VENV)/bin/labproof down

$(READY): pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "error: $(PYTHON) is missing; on Debian: apt-get install python3 python3-venv" >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: Labproof needs Python 3.11 or newer; set PYTHON=..." >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update && apt-get install -y --no-install-recommends python3-venv; } || { echo "error: the venv module is missing; on Debian: apt-get install python3-venv" >&2; exit 2; }
	@echo "setting up $(VENV): a minute or two, once"
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --progress-bar off --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@# Without it the tests of a cluster are skipped, and say so.
	@$(VENV)/bin/pip install --progress-bar off --disable-pip-version-check -c constraints.txt -e '.[cluster]' || echo 'note: the extra [cluster] could not be installed' >&2
	@# Installed packages come compiled; a checkout that is installed in place does not.
	@$(VENV)/bin/python -m compileall -q labproof steps features
	@touch $@

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build
