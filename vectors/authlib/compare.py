"""The vectors, installed as a package, through authlib: that they mean the same to another implementation, and where it
differs, why. A difference without a reason below is an error, and so is a reason without a difference."""

import json
import sys

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oauth2.rfc7636.challenge import CODE_VERIFIER_PATTERN
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata, get_well_known_url
from jsonschema import Draft202012Validator

import login_vectors

# Why another verdict is no surprise, by the requirement or the recording that it is about. A client of ours can use a
# document that breaks what no login needs: it reports the requirement as a finding. authlib refuses every such document.
STRICTER = {
    "rfc8414/2/alg-none": "refuses the document",
    "rfc8414/2/alg-values-required": "refuses the document",
    "rfc8414/2/endpoint-url": "refuses the document, where the endpoint counts as absent here",
    "rfc8414/2/malformed-member": "refuses the document, where the member counts as absent here",
    "rfc8414/2/required-member": "refuses the document: whether a login needs the member is decided later here",
    "rfc8414/3.2/json-object": "json.loads takes no byte order mark",
    "rfc8414/3.1/well-known-url": "keeps the slash at the end of a path, which section 3.1 removes",
    "recorded/metadata/api.semrush.com.json": "has no response_types_supported",
    "recorded/metadata/api.twenty.com.json": "has no response_types_supported",
    "recorded/metadata/mcp.mintlify.com.json": "has no response_types_supported",
    "recorded/metadata/vercel.com.json": "lists private_key_jwt without its algorithms",
}
# It reads a document alone: the response that brought it, and the issuer that was asked for, are its caller's.
LOOSER = {
    "rfc8414/2/issuer-url": "takes a user name before the host",
    "rfc8414/3.2/repeated-member": "json.loads takes the last of two members",
    "rfc8414/3.2/status-200": "does not see the status",
    "rfc8414/3.3/issuer-identical": "does not see the issuer that was asked for",
}


def body(response):
    value = response.get("body")
    return value if isinstance(value, str) else json.dumps(value)


def reads(response):
    """What authlib says of a document; None if it accepts it."""
    try:
        document = json.loads(body(response))
        if not isinstance(document, dict):
            return "not an object"
        AuthorizationServerMetadata(document).validate()
    except Exception as error:  # whatever it raises is a refusal
        return f"{type(error).__name__}: {error}"
    return None


def outcomes():
    """The id, the note, the findings, our verdict and authlib's of each case that it can judge."""
    for requirement, case in login_vectors.cases("metadata"):
        expect = case["expect"]
        yield requirement["id"], case["note"], expect["findings"], expect["usable"], reads(case["response"])
    for requirement, case in login_vectors.cases("well-known-url"):
        url = get_well_known_url(case["issuer"], external=True)
        ours = case["expect"]["urls"][0]
        yield requirement["id"], case["note"], [], True, None if url == ours else f"{url}, not {ours}"
    for requirement, case in login_vectors.cases("verifier"):
        matches = CODE_VERIFIER_PATTERN.match(case["verifier"])
        yield requirement["id"], case["note"], [], case["expect"]["valid"], None if matches else "no match"
    for requirement, case in login_vectors.cases("challenge"):
        same = create_s256_code_challenge(case["verifier"]) == case["challenge"]
        yield requirement["id"], case["note"], [], case["expect"]["matches"], None if same else "another challenge"
    for recording in login_vectors.recorded("metadata"):
        document = recording["response"]["body"]
        if recording.get("partial") or not isinstance(document, dict):
            continue
        if not str(document.get("issuer")).startswith("https:"):
            continue
        yield recording["file"], recording["note"], [], True, reads(recording["response"])


def main():
    schema = login_vectors._read("schema.json")
    Draft202012Validator(schema).validate(login_vectors.index)
    for kind, file in [("requirement", f["file"]) for f in login_vectors.index["requirements"]] + [
        ("host", f["file"]) for f in login_vectors.index["hosts"]
    ]:
        Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": schema["$defs"]}).validate(login_vectors._read(file))
    same = unexplained = 0
    used = set()
    for name, note, findings, ours, theirs in outcomes():
        if ours == (theirs is None):
            same += 1
            continue
        table = LOOSER if theirs is None else STRICTER
        known = next((key for key in [name, *findings] if key in table), None)
        used.add((theirs is None, known))
        unexplained += known is None
        verdict = "usable" if ours else "not usable"
        print(f"{name}: {note}\n  ours: {verdict} ({', '.join(findings) or 'nothing found'}), authlib: {theirs or 'accepts'}")
        print(f"  {table[known] if known else 'NO REASON KNOWN'}")
    idle = [key for looser, table in ((True, LOOSER), (False, STRICTER)) for key in table if (looser, key) not in used]
    print(f"\n{same} the same, {len(used)} reasons, {unexplained} without a reason; reasons without a difference: {idle}")
    return 1 if unexplained or idle else 0


sys.exit(main())
