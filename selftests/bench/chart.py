# SPDX-License-Identifier: GPL-2.0
"""The table as a bar chart: native IPv6 forwarding divided by each row, and a mark where its goal is."""

BAR, GAP, LEFT, SCALE, TOP = 14, 4, 190, 200, 40
COLOURS = {"native4": "#9aa5b1", "lan": "#2f855a", "map": "#68a17f", "nat": "#b7791f"}
TRANSLATED = "#2b6cb0"


def text(x, y, words, anchor="start", size=11):
    return f'<text x="{x:g}" y="{y:g}" font-size="{size}" text-anchor="{anchor}">{words}</text>'


def bar(row, ratio, y):
    """A row: its name, its bar, its figure, and the goal as a line across the bar."""
    width = ratio * SCALE
    parts = [text(LEFT - 6, y + BAR - 3, row.name, "end"),
             f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{COLOURS.get(row.world, TRANSLATED)}"/>',
             text(LEFT + max(width, row.goal * SCALE) + 6, y + BAR - 3, f"{ratio:.2f}")]
    if row.goal:
        x = LEFT + row.goal * SCALE
        parts.append(f'<line x1="{x:.1f}" y1="{y - 1}" x2="{x:.1f}" y2="{y + BAR + 1}" stroke="#c53030" stroke-width="2"/>')
    return parts


def chart(rows, results):
    shown = [row for row in rows if "ratio" in results.get(row.name, {}) and not row.more]
    longest = max([1, *(max(results[row.name]["ratio"], row.goal) for row in shown)])
    width, bottom = LEFT + longest * SCALE + 50, TOP + len(shown) * (BAR + GAP)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{bottom + 12:.0f}" font-family="sans-serif">',
             f'<rect width="{width:.0f}" height="{bottom + 12:.0f}" fill="white"/>',
             text(8, 16, "Instructions of native IPv6 forwarding, divided by those of this; longer is cheaper", size=12),
             text(LEFT + SCALE, TOP - 8, "native IPv6", "middle"),
             f'<line x1="{LEFT + SCALE}" y1="{TOP - 4}" x2="{LEFT + SCALE}" y2="{bottom}" stroke="black" stroke-dasharray="3,3"/>']
    for number, row in enumerate(shown):
        parts += bar(row, results[row.name]["ratio"], TOP + number * (BAR + GAP))
    return "\n".join([*parts, "</svg>"])
