"""Stands in for the Dashboard's metrics scraper: alive, and honest that it scrapes nothing."""

import argparse

from standins.lifetime import begin, wait_for_end
from standins.serving import Reply, Request, Server

PORT = 8000
NOTICE = "stand-in made for rehearsals; it collects no metrics"


def answer(request: Request) -> Reply:
    """Answer the health check, and every question about metrics with an empty list."""
    if request.path in {"/", "/healthz"}:
        return Reply.of_text(f"OK ({NOTICE})")
    if request.path.startswith("/api/v1/dashboard/"):
        return Reply.of_json({"items": []})
    return Reply.of_text("404 page not found", 404)


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM; return 0."""
    parser = argparse.ArgumentParser(prog="metrics-scraper")
    parser.add_argument("--port", type=int, default=PORT)
    stop = begin()
    Server(("0.0.0.0", parser.parse_args(arguments).port), answer).start()
    wait_for_end(stop)
    return 0
