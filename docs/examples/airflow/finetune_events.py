"""What Airflow's triggerer calls with every message: plain Python, without Airflow, so that it can be tested anywhere."""

import json

ENDS = {"SUCCEEDED", "FAILED", "CANCELLED"}


def ended(message, *statuses):
    """What a DAG is to know of a job that ended, or None for every other message: the trigger then waits on.

    message: a record of confluent-kafka, or its value: bytes or text; the event in structured content mode
    statuses: which ends count; all three if none is given
    """
    value = message.value() if callable(getattr(message, "value", None)) else message
    if not value:
        return None
    try:
        event = json.loads(value)
        data = event["data"]
        if event["type"] != "org.finetunebridge.job.status-changed.v1" or data["status"] not in (set(statuses) or ENDS):
            return None
        return {
            "id": event["id"],
            "account": data["account"],
            "job": data["jobId"],
            "status": data["status"],
            "model": data.get("outputModel"),
            "error": (data.get("error") or {}).get("message"),
        }
    except (ValueError, KeyError, TypeError):
        # Another's message in this topic must not stop the trigger.
        return None


def succeeded(message):
    """As ended, of jobs that succeeded only."""
    return ended(message, "SUCCEEDED")
