FROM alpine
RUN echo before; nosuch-command
