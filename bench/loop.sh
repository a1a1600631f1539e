#!/bin/sh
# What people write first: curl, jq, a file, and kcat if it is to be Kafka. One process more for every page.
# bench/loop.sh API file FILE | bench/loop.sh API kafka BROKER TOPIC
set -eu
export API="$1" SINK="$2" WHERE="$3" TOPIC="${4:-}"
DIRECTORY=$(mktemp -d)
trap 'rm -rf "$DIRECTORY"' EXIT
export DIRECTORY

cat > "$DIRECTORY/events.jq" <<'JQ'
{created: "PENDING", pending: "QUEUED", running: "RUNNING", success: "SUCCEEDED", failed: "FAILED"} as $words
| foreach .event_list[] as $e ({at: $at, was: $was};
    .at += 1 | .out = [] | ($e.message | fromjson? // null) as $parsed
    | ($e.created_at / 1000 | todate) as $time
    | {provider: "minimax", account: "minimax", jobId: $e.id, observedAt: (now | todate), occurredAt: $time,
       occurredAtRaw: $e.created_at} as $common
    | .out += [{type: "log.appended", job: $e.id, time: $time, id: "\($e.id)-\(.at)", data: ($common + {sequence: (.at - 1),
        level: ($e.level | ascii_upcase), message: $e.message, parsed: $parsed})}]
    | ($words[$parsed.status // ""] // "UNKNOWN") as $status
    | if $parsed.status and $status != .was then .out += [{type: "job.status-changed", job: $e.id, time: $time,
        id: "\($e.id)-\($status)", data: ($common + {previousStatus: .was, status: $status, statusRaw: $parsed.status})}]
      | .was = $status else . end;
    .out[] | {specversion: "1.0", id, source: "urn:finetune:minimax:minimax", type: "org.finetunebridge.\(.type).v1",
      subject: .job, time, datacontenttype: "application/json", partitionkey: .job, data})
JQ
cat > "$DIRECTORY/checkpoints.jq" <<'JQ'
.request_id as $request | .output | reverse[] | {provider: "dashscope", account: "dashscope", jobId: .job_id,
  observedAt: (now | todate), occurredAt: .create_time, requestId: $request, checkpoint, name: .full_name,
  step: (.checkpoint | split("-")[1] | tonumber), status, statusRaw: .status, createdAt: .create_time} as $data
| {specversion: "1.0", id: "\(.job_id)-\(.checkpoint)-\(.status)", source: "urn:finetune:dashscope:dashscope",
  type: "org.finetunebridge.checkpoint.changed.v1", subject: .job_id, time: .create_time, partitionkey: .job_id, data: $data}
JQ
cat > "$DIRECTORY/write.sh" <<'SH'
if [ "$SINK" = kafka ]; then jq -r '"\(.subject)\t\(tojson)"' | kcat -q -P -b "$WHERE" -t "$TOPIC" -K "$(printf '\t')"
else jq -c . > "$DIRECTORY/out.$$"; cat "$DIRECTORY/out.$$" >> "$WHERE"; rm "$DIRECTORY/out.$$"; fi
SH
cat > "$DIRECTORY/minimax.sh" <<'SH'
after=0 was=
while :; do
  page="$DIRECTORY/page.$$"
  curl -sS -H 'Authorization: Bearer key' -H 'Content-Type: application/json' "$API/minimax/v1/list_finetune_event" \
    -d "{\"fine_tuning_job_id\":\"$1\",\"limit\":100,\"after\":\"$after\"}" > "$page"
  jq --argjson at "$after" --arg was "$was" -f "$DIRECTORY/events.jq" "$page" | sh "$DIRECTORY/write.sh"
  was=RUNNING
  after=$((after + $(jq '.event_list | length' "$page")))
  [ "$(jq .has_more "$page")" = true ] || break
done
rm -f "$page"
SH
cat > "$DIRECTORY/dashscope.sh" <<'SH'
curl -sS -H 'Authorization: Bearer key' "$API/dashscope/api/v1/fine-tunes/$1/checkpoints" \
  | jq -f "$DIRECTORY/checkpoints.jq" | sh "$DIRECTORY/write.sh"
SH

after=0
: > "$DIRECTORY/minimax"
while :; do
  page=$(curl -sS -H 'Authorization: Bearer key' "$API/minimax/v1/list_finetune_job" -d "{\"limit\":100,\"after\":\"$after\"}")
  printf %s "$page" | jq -r '.job_list[].id' >> "$DIRECTORY/minimax"
  after=$(tail -n 1 "$DIRECTORY/minimax")
  [ "$(printf %s "$page" | jq .has_more)" = true ] || break
done
number=1
: > "$DIRECTORY/dashscope"
while :; do
  page=$(curl -sS -H 'Authorization: Bearer key' "$API/dashscope/api/v1/fine-tunes?page_no=$number&page_size=100")
  printf %s "$page" | jq -r '.output.jobs[].job_id' >> "$DIRECTORY/dashscope"
  printf %s "$page" | jq -c '.request_id as $r | .output.jobs[] | {specversion: "1.0", id: "\(.job_id)-\(.status)",
    source: "urn:finetune:dashscope:dashscope", type: "org.finetunebridge.job.status-changed.v1", subject: .job_id,
    time: .end_time, partitionkey: .job_id, data: (. + {requestId: $r})}' | sh "$DIRECTORY/write.sh"
  [ "$((number * 100))" -lt "$(printf %s "$page" | jq .output.total)" ] || break
  number=$((number + 1))
done
xargs -P 4 -n 1 sh "$DIRECTORY/minimax.sh" < "$DIRECTORY/minimax" &
xargs -P 4 -n 1 sh "$DIRECTORY/dashscope.sh" < "$DIRECTORY/dashscope"
wait
