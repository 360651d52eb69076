FROM alpine
COPY nosuch.txt /
