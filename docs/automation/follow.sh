#!/usr/bin/env bash
# Follows an address over GraphQL with curl: first it asks what would be done, then it does it.
#   MEDIARY_SERVER=http://127.0.0.1:8484 MEDIARY_TOKEN=mdy_... follow.sh URL [COMMAND-ID]
# Prints two lines of JSON: the answer of the dry run, and the answer of the command.
set -euo pipefail

url=$1
# The same id again is the same command: after a break it may be sent once more.
command_id=${2:-$(cat /proc/sys/kernel/random/uuid)}

# shellcheck disable=SC2016 # the variables are GraphQL's
document='mutation($url: String!, $id: ID!, $dry: Boolean!) {
  playlistFollow(input: { url: $url, commandId: $id, dryRun: $dry }) {
    playlist { id url } position storyId repeated
    dryRun { eventCount events { kind stream } effects { jobCount calls { host jobCount } } }
    userErrors { code message advice retryable }
  }
}'

# A text as JSON: enough for addresses and ids, which have no control characters.
quoted() {
  local text=${1//\\/\\\\}
  printf '"%s"' "${text//\"/\\\"}"
}

ask() {
  local body
  body=$(printf '{"query": %s, "variables": {"url": %s, "id": %s, "dry": %s}}' \
    "$(quoted "${document//$'\n'/ }")" "$(quoted "$url")" "$(quoted "$command_id")" "$1")
  # The token goes in by a file: what stands in a command line, every process can read.
  curl --silent --show-error --fail-with-body --header 'content-type: application/json' \
    --header @<(printf 'authorization: Bearer %s\n' "$MEDIARY_TOKEN") \
    --data-binary @- "$MEDIARY_SERVER/graphql" <<<"$body"
  printf '\n'
}

ask true
ask false
