"""The tins, drawn: one shape, each tea's colours, and what grows in it on the label."""

from demo.shop.teas import Tea

_LEAF = "M0 -30 C20 -18 22 8 0 30 C-22 8 -20 -18 0 -30 Z"


def _around(shape: str, *, times: int) -> str:
    """A shape (an element without its end) repeated evenly around the middle."""
    angles = (turn * 360 // times for turn in range(times))
    return "".join(f'{shape} transform="rotate({angle})"/>' for angle in angles)


MOTIFS = {
    "apple": """
      <path d="M0 -14 C-8 -24 -32 -20 -30 6 C-28 28 -10 34 0 28 C10 34 28 28 30 6 C32 -20 8 -24 0 -14Z" fill="#c9573c"/>
      <path d="M-18 -2 C-20 6 -18 14 -14 19" fill="none" stroke="#f2b9a2" stroke-width="4" stroke-linecap="round"/>
      <path d="M0 -14 C0 -22 3 -28 8 -32" fill="none" stroke="#5a3a1c" stroke-width="3.5" stroke-linecap="round"/>
      <path d="M6 -24 C14 -34 26 -32 30 -28 C24 -20 14 -18 6 -24Z" fill="#6f8f3e"/>""",
    "leaf": f"""
      <g fill="#4f9a80"><path d="{_LEAF}" transform="translate(0 -6) scale(1.05)"/></g>
      <g fill="#76b89c"><path d="{_LEAF}" transform="translate(-17 8) rotate(-48) scale(.8)"/>
      <path d="{_LEAF}" transform="translate(17 8) rotate(48) scale(.8)"/></g>
      <path d="M0 -32 V34" stroke="#22564c" stroke-width="2.5" stroke-linecap="round"/>""",
    "orange": f"""
      <circle r="31" fill="#e08a1e"/><circle r="26" fill="#fdf1d8"/>
      <g fill="#f0a63a">{_around('<path d="M0 -2 L-8 -20 Q0 -26 8 -20Z"', times=6)}</g>""",
    "flower": f"""
      <g fill="#ffffff" stroke="#d8dcea" stroke-width="1">
      {_around('<ellipse cy="-20" rx="8" ry="14"', times=8)}</g>
      <circle r="11" fill="#e9b23c"/><circle r="7" cy="-1" fill="#f3c95f"/>""",
    "pine": """
      <path d="M0 -36 L18 -10 H9 L24 12 H11 L28 32 H-28 L-11 12 H-24 L-9 -10 H-18Z" fill="#4c6a5a"/>
      <rect x="-4" y="32" width="8" height="8" fill="#6b4a32"/>
      <circle cx="22" cy="-26" r="7" fill="#efe3c4"/>""",
    "rose": """
      <circle r="27" fill="#d58a9b"/>
      <path d="M-27 0 C-20 -26 20 -26 27 0 C14 -10 -14 -10 -27 0Z" fill="#e3a5b2"/>
      <path d="M-20 8 C-12 -16 14 -16 20 6 C10 -2 -8 -2 -20 8Z" fill="#c4687d"/>
      <path d="M-11 8 C-8 -8 10 -8 11 6 C8 16 -6 18 -11 8Z" fill="#a94e65"/>
      <path d="M16 24 C26 20 36 26 38 34 C28 38 18 34 16 24Z" fill="#7d9a63"/>""",
}

_TIN = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 360" role="img">
  <defs>
    <linearGradient id="body" x1="0" x2="1"><stop stop-color="{shade}"/><stop offset=".18" stop-color="{tin}"/>
      <stop offset=".62" stop-color="{tin}"/><stop offset="1" stop-color="{shade}"/></linearGradient>
    <linearGradient id="lid" x1="0" x2="1"><stop stop-color="#cdb78e"/><stop offset=".22" stop-color="#f1e3c3"/>
      <stop offset=".7" stop-color="#dcc79d"/><stop offset="1" stop-color="#b59c6c"/></linearGradient>
  </defs>
  <ellipse cx="160" cy="329" rx="116" ry="16" fill="#2c1f12" opacity=".14"/>
  <path d="M66 96 V308 C66 332 254 332 254 308 V96Z" fill="url(#body)"/>
  <path d="M60 62 V98 C60 118 260 118 260 98 V62Z" fill="url(#lid)"/>
  <ellipse cx="160" cy="62" rx="100" ry="19" fill="#efe2c4"/>
  <ellipse cx="160" cy="61" rx="84" ry="13" fill="none" stroke="#cbb68c" stroke-width="2"/>
  <path d="M60 98 C60 118 260 118 260 98" fill="none" stroke="#a58b5a" stroke-width="2" opacity=".6"/>
  <path d="M92 146 C120 153 200 153 228 146 V278 C200 286 120 286 92 278Z" fill="#fbf6ea"/>
  <path d="M98 152 C124 158 196 158 222 152 V272 C196 279 124 279 98 272Z" fill="none"
    stroke="{ink}" stroke-opacity=".35" stroke-width="1.5"/>
  <g transform="translate(160 198)">{motif}</g>
  <path d="M122 254 H198" stroke="{ink}" stroke-width="5" stroke-linecap="round" opacity=".85"/>
  <path d="M138 265 H182" stroke="{ink}" stroke-width="3" stroke-linecap="round" opacity=".4"/>
  <path d="M78 120 V304" stroke="#ffffff" stroke-width="7" stroke-linecap="round" opacity=".16"/>
</svg>
"""


def tin(tea: Tea) -> str:
    """The tea's tin as an SVG document."""
    return _TIN.format(tin=tea.tin, shade=tea.shade, ink=tea.ink, motif=MOTIFS[tea.motif])
