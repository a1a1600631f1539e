"""Airflow 3: runs once for every fine-tuning job that succeeded. Needs apache-airflow-providers-apache-kafka and a connection
kafka_default with "isolation.level": "read_committed", "group.id" and "enable.auto.commit": false. Both files of this folder
belong into the DAG folder."""

from airflow.providers.common.messaging.triggers.msg_queue import MessageQueueTrigger
from airflow.sdk import Asset, AssetWatcher, dag, task

trigger = MessageQueueTrigger(
    scheme="kafka",
    kafka_config_id="kafka_default",
    topics=["finetune.events"],
    apply_function="finetune_events.succeeded",
    poll_interval=5,
)
model = Asset("finetuned_model", watchers=[AssetWatcher(name="finetune_events", trigger=trigger)])


@dag(schedule=[model], catchup=False)
def evaluate_finetuned_model():
    @task
    def evaluate(triggering_asset_events=None):
        for event in triggering_asset_events[model]:
            job = event.extra["payload"]
            # The message may come twice after a crash: job["id"] is the same each time.
            print(f"evaluating {job['model']} of {job['account']} job {job['job']}")

    evaluate()


evaluate_finetuned_model()
