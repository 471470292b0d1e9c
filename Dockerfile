# The service in one image: `mijlpaal serve` by default, and every other command (worker, db upgrade, check, …).
# docs/install.md walks through it. Everything is installed by the hashes in requirements/*.lock.
ARG PYTHON_IMAGE=python:3.11-slim-trixie

FROM ${PYTHON_IMAGE} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /source
# The environment that runs has no pip of its own; the one that builds fills it. Wheels only: nothing is compiled.
RUN python -m venv /tools && python -m venv --without-pip /opt/mijlpaal
COPY requirements/build.lock requirements/run.lock requirements/
RUN /tools/bin/pip install --require-hashes --only-binary :all: -r requirements/build.lock \
 && /tools/bin/pip --python /opt/mijlpaal/bin/python install --require-hashes --only-binary :all: -r requirements/run.lock
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY requirements/run.in requirements/
COPY config config
COPY gamification gamification
COPY badges badges
COPY migrations migrations
COPY lti_tool lti_tool
RUN /tools/bin/hatchling build -t wheel -d /dist \
 && /tools/bin/pip --python /opt/mijlpaal/bin/python install --no-deps /dist/*.whl

FROM ${PYTHON_IMAGE}
RUN python -m pip uninstall --yes pip setuptools wheel \
 && rm -rf /usr/local/lib/python3.11/ensurepip /root/.cache \
 && useradd --uid 10001 --no-create-home --home-dir /var/lib/mijlpaal --shell /usr/sbin/nologin mijlpaal \
 && install --directory --owner mijlpaal --group mijlpaal --mode 0750 /var/lib/mijlpaal
COPY --from=build /opt/mijlpaal /opt/mijlpaal
ENV PATH=/opt/mijlpaal/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MIJLPAAL_DATA_DIR=/var/lib/mijlpaal
USER 10001:10001
WORKDIR /var/lib/mijlpaal
EXPOSE 8000
# Asks past the proxy: whether the process serves, not whether the site is reachable. That is `mijlpaal check`.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health/ready', timeout=4)"]
ENTRYPOINT ["mijlpaal"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
