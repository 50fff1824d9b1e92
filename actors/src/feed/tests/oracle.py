"""What feedparser reads of the feeds named on standard input: a list of {name, path, content_type, address}.

Prints {name: [[title, [address, ...]], ...]} as JSON: of each entry its title as plain text, and the addresses of
its enclosures, its media and its page.
"""

import html
import json
import re
import sys

import feedparser


def plain(text):
    text = re.sub(r"</?[a-zA-Z][^>]*>", "", text)
    for _ in range(2):
        text = html.unescape(text)
    return " ".join(text.split())


def addresses(entry):
    found = [one.get("href") for one in entry.get("enclosures", [])]
    found += [one.get("url") for one in entry.get("media_content", []) if one.get("medium") != "image"]
    found += [entry.get("media_player", {}).get("url")]
    found += [entry.get("link")] + [one.get("href") for one in entry.get("links", []) if one.get("rel") == "alternate"]
    return [address for address in found if address]


answer = {}
for feed in json.load(sys.stdin):
    headers = {"content-location": feed["address"]}
    if feed["content_type"]:
        headers["content-type"] = feed["content_type"]
    with open(feed["path"], "rb") as file:
        read = feedparser.parse(file.read(), response_headers=headers)
    answer[feed["name"]] = [[plain(entry.get("title", "")), addresses(entry)] for entry in read.entries]
json.dump(answer, sys.stdout)
