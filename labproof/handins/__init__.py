"""Hand-ins: labs that no instructor can reach, graded by their students, and judged anew from their evidence."""
