"""From what was seen to points: rubric, syllabus, expectations, judgements, verdicts and records."""
