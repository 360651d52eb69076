FROM alpine
RUN echo before; sleep 0.3; nosuch-command
