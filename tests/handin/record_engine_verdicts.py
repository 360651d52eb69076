"""Record what a real engine says about Dockerfiles: `python tests/handin/record_engine_verdicts.py` (engine 20.10).

Only `FROM scratch` is used, so nothing is pulled and nothing runs; what it makes is removed again, by id. The
answers are kept in `engine_verdicts.json`, and `test_dockerfile.py` compares ours with them.
"""

# ruff: noqa: E501 - a table reads by the row

import json
import subprocess
import tempfile
from pathlib import Path

TEXTS = [
    "", "# only a comment\n", "   \n\n", "FORM scratch\n", "FROM scratch\nCOYP . .\n", "FROM scratch\nfoo bar\n",
    "WORKDIR /app\nFROM scratch\n", "COPY x.txt /\n", "RUN npm install\n", "FROM\n", "FROM a b\n", "FROM scratch AS\n",
    "FROM scratch as Foo!\n", "FROM scratch AS 1a\n", "FROM scratch IS a\n", "FROM scratch # base\n",
    "FROM scratch\nWORKDIR\n", "FROM scratch\nCOPY x.txt\n", "FROM scratch\nCOPY\n", "FROM scratch\nADD x.txt\n",
    "FROM scratch\nCMD\n", "FROM scratch\nCMD ['a','b']\n", "FROM scratch\nCMD [\"a\", 1]\n", "FROM scratch\nCMD [\"a\"] b\n",
    "FROM scratch\nCMD [\"a\", NaN]\n", "FROM scratch\nCMD [\"a\", [\"b\"]]\n", "FROM scratch\nCMD [\"a\",]\n",
    "FROM scratch\nCMD [“a”]\n", "FROM scratch\nCMD a\nCMD b\n", "FROM scratch\nENTRYPOINT []\n",
    "FROM scratch\nEXPOSE\n", "FROM scratch\nENV\n", "FROM scratch\nENV A\n", "FROM scratch\nENV A b c\n",
    "FROM scratch\nENV A=b c\n", "FROM scratch\nENV A=\"b c\" D='e f' G=h\\ i\n", "FROM scratch\nLABEL\n", "FROM scratch\nLABEL a\n",
    "FROM scratch\nLABEL a=b c=\"d e\"\n", "FROM scratch\nARG\n", "FROM scratch\nARG a=b\n", "FROM scratch\nUSER\n",
    "FROM scratch\nUSER a b\n", "FROM scratch\nVOLUME\n", "FROM scratch\nVOLUME [\"\"]\n", "FROM scratch\nVOLUME /a /b\n",
    "FROM scratch\nSHELL /bin/sh\n", "FROM scratch\nSHELL [\"/bin/sh\", \"-c\"]\n", "FROM scratch\nSTOPSIGNAL\n",
    "FROM scratch\nSTOPSIGNAL SIGTERM\n", "FROM scratch\nHEALTHCHECK\n", "FROM scratch\nHEALTHCHECK FOO\n",
    "FROM scratch\nHEALTHCHECK NONE\n", "FROM scratch\nHEALTHCHECK --interval=5s CMD true\n",
    "FROM scratch\nHEALTHCHECK --foo=1 CMD x\n", "FROM scratch\nMAINTAINER\n", "FROM scratch\nMAINTAINER me\n",
    "FROM scratch\nRUN --foo=1 ls\n", "FROM scratch\nCOPY --foo=1 x.txt /\n", "FROM --foo=linux/amd64 scratch\n",
    "FROM scratch\nCOPY --chown=1:1 x.txt /\n", "FROM --platform=linux/amd64 scratch\nCOPY x.txt /\n",
    "```\nFROM scratch\n```\n", "```dockerfile\nFROM scratch\n```\n", "$ FROM scratch\n", "# escape=x\nFROM scratch\n",
    "# escape=`\nFROM scratch\nCOPY x.txt `\n /\n", "# escape=`\nFROM scratch\nENV A=\\\nCOPY x.txt /\n",
    "# comment\n# escape=`\nFROM scratch\nCOPY x.txt \\\n /\n", "# syntax=foo/bar\n# escape=`\nFROM scratch\nCOPY x.txt `\n /\n",
    "\n# escape=`\nFROM scratch\nCOPY x.txt \\\n /\n", "#escape = `\nFROM scratch\nCOPY x.txt `\n /\n",
    "# syntax=foo/bar\nFROM scratch\nCOPY x.txt /\n", "\ufeffFROM scratch\nCOPY x.txt /\n", "FROM scratch\r\nCOPY x.txt /\r\n",
    "FROM scratch\nCOPY x.txt \\\n\n /\n", "FROM scratch\nCOPY x.txt \\\n# c\n /\n", "FROM scratch\nCOPY x.txt \\\n  # c\n /\n",
    "FROM scratch\nCOPY x.txt \\ \n /\n", "FROM scratch\nCOPY x.txt /\\", "\tfrom scratch\n  copy x.txt /\n",
    "FROM scratch\nCOPY\tx.txt\t/\n", "From \t scratch\nCoPy x.txt    /\n", "FROM scratch AS a\nCOPY x.txt /\nFROM A\nCOPY x.txt /y\n",
    "FROM scratch AS a\nCOPY x.txt /\nFROM scratch\nCOPY --from=A /x.txt /y\n", "ARG X=scratch\nFROM $X\nCOPY x.txt /\n",
    "FROM scratch AS a\nCOPY x.txt /\nFROM scratch\nCOPY --from=0 /x.txt /y\n", "ARG X=scr\nARG Y=${X}atch\nFROM ${Y}\nCOPY x.txt /\n",
    "FROM ${X:-scratch}\nCOPY x.txt /\n", "ARG X=a\nFROM ${X:+scratch}\nCOPY x.txt /\n", "FROM \"scratch\"\nCOPY x.txt /\n",
    "FROM 's'cr\\atch\nCOPY x.txt /\n", "FROM scratch AS scratchy\nCOPY x.txt /\nFROM scratchy\nCOPY x.txt /y\n",
    "FROM scratch\nCOPY [\"x.txt\", \"/\"]\n", "FROM scratch\nCOPY [\"x.txt\"]\n", "FROM scratch\nCOPY x.txt \"/a b\"\n",
    "FROM scratch\nENV A=1\\\n B=2\nCOPY x.txt /\n", "FROM scratch\nENV A=${B:-x}/y\nWORKDIR $A\n", "FROM scratch\n\n\n\nFOO\n",
    "FROM scratch\nCOPY x.txt \\\n  / \\\n\nFOO\n",
]  # fmt: skip
WHERE = Path(__file__).with_name("engine_verdicts.json")


def docker(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["docker", *words], capture_output=True, text=True, check=False, timeout=120)


def verdict(text: str) -> dict[str, str]:
    """Return the text and the engine's error ('' when it built)."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "Dockerfile").write_bytes(text.encode())
        Path(folder, "x.txt").write_text("x\n")
        done = docker("build", "-q", "--force-rm", folder)
    if done.returncode == 0:
        docker("rmi", done.stdout.strip())
        return {"text": text, "error": ""}
    return {"text": text, "error": done.stderr.strip().splitlines()[-1].removeprefix("Error response from daemon: ")}


if __name__ == "__main__":
    WHERE.write_text(
        json.dumps([verdict(text) for text in TEXTS], indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
