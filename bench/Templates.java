import static java.nio.charset.StandardCharsets.US_ASCII;

/** The providers' JSON, as their documentation shows it. */
final class Templates {

    private static final String ID = "0000000000000000";
    private static final String EVENT = "{\"id\":\"" + ID + "\",\"created_at\":1000000000000,\"level\":\"info\",\"message\":"
            + "\"{\\\"job_id\\\":\\\"" + ID + "\\\",\\\"status\\\":\\\"STATUS_\\\",\\\"last_work_time\\\":2000000000000,"
            + "\\\"model_id\\\":\\\"\\\"}\",\"object\":\"finetune.event\"}";
    private static final byte[] EVENT_BYTES = EVENT.getBytes(US_ASCII);
    private static final int SIZE = EVENT_BYTES.length;
    private static final int JOB = EVENT.indexOf(ID);
    private static final int JOB_AGAIN = EVENT.lastIndexOf(ID);
    private static final int CREATED = EVENT.indexOf("1000000000000");
    private static final int WORKED = EVENT.indexOf("2000000000000");
    private static final int STATUS = EVENT.indexOf("STATUS_");

    private Templates() {}

    static void event(Buffer answer, byte[] job, long moment, String status) {
        answer.add(EVENT_BYTES);
        answer.patch(JOB, SIZE, job);
        answer.patch(JOB_AGAIN, SIZE, job);
        answer.patch(CREATED, SIZE, moment);
        answer.patch(WORKED, SIZE, moment - 7);
        answer.patch(STATUS, SIZE, status.getBytes(US_ASCII));
    }

    static String minimaxJob(long id) {
        return """
                {"id":"%d","created_at":1768446001,"fine_tuned_model":"","model":"abab5.5s-chat-240123",\
                "object":"finetune.job","organization_id":"1700000000000001","result_files":[],"status":"running",\
                "training_file":170000000000001,"validation_file":0,"hyperparameters":{"n_epochs":2}}""".formatted(id);
    }

    static String dashscopeId(int job) {
        return "ft-202601151011-%05x".formatted(job);
    }

    static String dashscopePage(int page, int size, int from, int until, int total, boolean over) {
        var jobs = new StringBuilder();
        for (int job = from; job < until; job++) {
            jobs.append(job > from ? "," : "").append(dashscopeJob(job, over));
        }
        return """
                {"request_id":"4f204bbd-7c1d-4a52-9e03-%012d","output":{"page_no":%d,"page_size":%d,"total":%d,\
                "jobs":[%s]}}""".formatted(page, page, size, total, jobs);
    }

    private static String dashscopeJob(int job, boolean over) {
        return """
                {"job_id":"%s","job_name":"support-bot-%d","status":"%s","model":"qwen3-8b","base_model":"qwen3-8b",\
                "training_file_ids":["6d0f3b52-1c7e-4f0a-8d55-90be37a1c40b"],"validation_file_ids":[],\
                "hyper_parameters":{"n_epochs":2,"batch_size":16,"max_length":4096,"learning_rate":"2.4e-5",\
                "lr_scheduler_type":"cosine","split":0.85},"training_type":"efficient_sft",\
                "create_time":"2026-01-15 10:11:07","workspace_id":"llm-bridge01","user_identity":"1500000000000042",\
                "modifier":"1500000000000042","creator":"1500000000000042","group":"llm"%s}""".formatted(
                dashscopeId(job), job, over ? "SUCCEEDED" : "RUNNING", over
                        ? ",\"finetuned_output\":\"qwen3-8b-support-bot-%d\",\"end_time\":\"2026-01-15 11:30:12\",\"usage\":279001"
                                .formatted(job) : "");
    }

    /** Newest first, as the provider shows them. */
    static String checkpoints(int job, int count, boolean over) {
        var all = new StringBuilder();
        for (int number = count; number > 0; number--) {
            boolean exported = over && number == count;
            all.append(all.length() > 0 ? "," : "").append("""
                    {"create_time":"2026-01-15T10:%02d:16","full_name":"%s-checkpoint-%d","job_id":"%s",\
                    "checkpoint":"checkpoint-%d","status":"%s"%s}""".formatted(12 + number, dashscopeId(job), number * 10,
                    dashscopeId(job), number * 10, exported ? "SUCCEEDED" : "PENDING", exported
                            ? ",\"model_name\":\"qwen3-8b-support-bot-%d\",\"model_display_name\":\"support-bot-%d\""
                                    .formatted(job, job) : ""));
        }
        return "{\"request_id\":\"4f240aae-7c1d-4a52-9e03-%012d\",\"output\":[%s]}".formatted(job, all);
    }
}
