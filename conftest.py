from pathlib import Path

pytest_plugins = [f"steps.{path.stem}" for path in sorted(Path(__file__).parent.glob("steps/[a-z]*.py"))]
