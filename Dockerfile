# pangate in a container: built from source in one stage, run from another that holds the program
# and the libraries it needs. The root may be read-only; what changes lives in two volumes:
#
#   /etc/pangate      pangate.conf, certificates, CRL (read-only is enough)
#   /var/lib/pangate  the vault
#
#   docker run --read-only --ulimit memlock=67108864 --cap-drop ALL -p 8443:8443 \
#       -v ./conf:/etc/pangate:ro -v vault:/var/lib/pangate pangate

FROM debian:bookworm-slim AS build
RUN apt-get update -qq \
    && apt-get install -qq -y --no-install-recommends cmake gcc libc6-dev ninja-build pkg-config \
        libevent-dev libinih-dev libjansson-dev liblmdb-dev libssl-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY CMakeLists.txt CMakePresets.json ./
COPY include include
COPY src src
RUN cmake --preset release && cmake --build --preset release --target pangate

FROM debian:bookworm-slim
RUN apt-get update -qq \
    && apt-get install -qq -y --no-install-recommends libevent-core-2.1-7 libevent-pthreads-2.1-7 \
        libinih1 libjansson4 liblmdb0 libssl3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 999 --user-group --no-create-home --home-dir /var/lib/pangate \
        --shell /usr/sbin/nologin pangate \
    && install -d -o pangate -g pangate -m 0700 /var/lib/pangate \
    && install -d -o root -g pangate -m 0750 /etc/pangate
COPY --from=build /source/build/release/bin/pangate /usr/bin/pangate
USER pangate
WORKDIR /var/lib/pangate
VOLUME ["/etc/pangate", "/var/lib/pangate"]
EXPOSE 8443
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["/usr/bin/pangate", "status", "-c", "/etc/pangate/pangate.conf"]
ENTRYPOINT ["/usr/bin/pangate"]
CMD ["serve", "-c", "/etc/pangate/pangate.conf"]
