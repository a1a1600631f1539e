package org.finetunebridge.sink.kafka;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Between the client and the broker. It can swallow the end of a transaction: on its way there, or the answer to it. */
final class Gate implements AutoCloseable {

    private static final short END_TRANSACTION = 26;
    private static final int KEY_AND_CORRELATION = 8;

    private final ServerSocket server;
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
    private volatile int target;
    private volatile boolean swallowsRequests;
    private volatile boolean swallowsAnswers;

    Gate() {
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return server.getLocalPort();
    }

    /** From now on connections are passed on to this port. */
    void opensTo(int port) {
        target = port;
        inBackground(this::accept);
    }

    void swallowsRequests(boolean now) {
        swallowsRequests = now;
    }

    void swallowsAnswers(boolean now) {
        swallowsAnswers = now;
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = server.accept();
            Socket broker = new Socket();
            sockets.add(client);
            sockets.add(broker);
            broker.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target), 2000);
            Set<Integer> ends = ConcurrentHashMap.newKeySet();
            inBackground(() -> requests(client, broker, ends));
            inBackground(() -> answers(broker, client, ends));
        }
    }

    private void requests(Socket from, Socket to, Set<Integer> ends) throws IOException {
        try (from; to; var in = new DataInputStream(from.getInputStream());
                var out = new DataOutputStream(to.getOutputStream())) {
            while (true) {
                byte[] frame = frame(in);
                ByteBuffer head = ByteBuffer.wrap(frame, 0, KEY_AND_CORRELATION);
                boolean end = head.getShort() == END_TRANSACTION;
                head.getShort();
                if (end) {
                    ends.add(head.getInt());
                }
                if (!end || !swallowsRequests) {
                    pass(frame, out);
                }
            }
        }
    }

    private void answers(Socket from, Socket to, Set<Integer> ends) throws IOException {
        try (from; to; var in = new DataInputStream(from.getInputStream());
                var out = new DataOutputStream(to.getOutputStream())) {
            while (true) {
                byte[] frame = frame(in);
                if (!ends.remove(ByteBuffer.wrap(frame).getInt()) || !swallowsAnswers) {
                    pass(frame, out);
                }
            }
        }
    }

    private static byte[] frame(DataInputStream in) throws IOException {
        byte[] frame = new byte[in.readInt()];
        in.readFully(frame);
        return frame;
    }

    private static void pass(byte[] frame, DataOutputStream out) throws IOException {
        out.writeInt(frame.length);
        out.write(frame);
        out.flush();
    }

    @FunctionalInterface
    private interface Job {
        void run() throws IOException;
    }

    private static void inBackground(Job job) {
        var thread = new Thread(() -> {
            try {
                job.run();
            } catch (IOException e) {
                // one side hung up, and so does the other
            }
        }, "gate");
        thread.setDaemon(true);
        thread.start();
    }
}
