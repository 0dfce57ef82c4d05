# SPDX-License-Identifier: GPL-2.0
# The tests of each row of Documentation/conformance.rst, a line each, tab between: row, places, script, case.
# A row without a test is a line with the row alone.

function add(text)
{
	cell = cell (cell == "" ? "" : " ") text
}

# A cell "- ``uml qemu xlat46.sh: case``" for each test; a name may go over several lines.
function end_row(    n, parts, i, at, head)
{
	if (row != "" && row != "Row") {
		gsub(/[ \t]+/, " ", cell)
		n = split(cell, parts, "``")
		if (n < 3)
			print row
		for (i = 2; i < n; i += 2) {
			at = index(parts[i], ": ")
			head = substr(parts[i], 1, at - 1)
			match(head, /[^ ]*$/)
			print row "\t" substr(head, 1, RSTART - 2) "\t" substr(head, RSTART) "\t" substr(parts[i], at + 2)
		}
	}
	row = cell = ""
}

/^   \* - / { end_row(); row = substr($0, 8); column = 1; next }
/^     -( |$)/ { column++; if (column == 4) add(substr($0, 8)); next }
/^       / { if (column == 4) add(substr($0, 8)); next }
/^[^ ]/ { end_row() }
END { end_row() }
