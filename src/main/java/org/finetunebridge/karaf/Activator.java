package org.finetunebridge.karaf;

import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ManagedService;

/**
 * Starts the bridge with the bundle and stops it with it. Plain OSGi: a feature of Karaf that is not there yet would
 * have to be fetched.
 */
public final class Activator implements BundleActivator, ManagedService {

    private static final String PID = "org.finetunebridge";
    private static final long SECONDS_TO_STOP = 30;

    private ExecutorService worker;
    private BridgeSupervisor supervisor;
    private ServiceRegistration<?> configured;
    private ServiceRegistration<?> asked;

    @Override
    public void start(BundleContext context) {
        worker = Executors.newSingleThreadExecutor(Activator::thread);
        supervisor = new BridgeSupervisor(new KarafConfiguration(context, System.getenv()), worker);
        var properties = new Hashtable<String, Object>(Map.of("service.pid", PID));
        asked = context.registerService(BridgeSupervisor.class, supervisor, null);
        configured = context.registerService(ManagedService.class, this, properties);
    }

    @Override
    public void stop(BundleContext context) throws Exception {
        configured.unregister();
        asked.unregister();
        Future<?> ended = supervisor.end();
        worker.shutdown();
        try {
            ended.get(SECONDS_TO_STOP, TimeUnit.SECONDS);
        } finally {
            worker.shutdownNow();
        }
    }

    /** Called by the configuration admin, which must not be kept waiting; null if there is no configuration. */
    @Override
    public void updated(Dictionary<String, ?> properties) {
        supervisor.configure(properties == null ? Map.of() : ours(properties));
    }

    /** Camel and its libraries find their classes by the thread they are started from. */
    private static Thread thread(Runnable work) {
        var thread = new Thread(work, "finetune-bridge");
        thread.setDaemon(true);
        thread.setContextClassLoader(Activator.class.getClassLoader());
        return thread;
    }

    private static Map<String, String> ours(Dictionary<String, ?> properties) {
        Map<String, String> ours = new TreeMap<>();
        for (var keys = properties.keys(); keys.hasMoreElements();) {
            String key = keys.nextElement();
            if (!key.startsWith("service.") && !key.startsWith("felix.") && !key.startsWith("org.apache.karaf.")) {
                ours.put(key, String.valueOf(properties.get(key)));
            }
        }
        return ours;
    }
}
