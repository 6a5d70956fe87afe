"""What an operator makes of the waiting page: a template, and a text that is too long for one."""

TEMPLATE = """<!doctype html>
<html {{build:html}}>
<head>
{{build:head}}
<style>h1 { color: red }</style>
</head>
<body>
{{build:logo}}<h1>{{title}}</h1>
<main><div>{{build:room}}</div></main>
<p>{{footer}}</p>
{{build:script}}
</body>
</html>"""
# 36 KB that hardly compress.
HEAVY = "".join(chr(0x4E00 + n * 7_919 % 20_000) for n in range(12_000))
