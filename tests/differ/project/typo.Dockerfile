FROM alpine
RUNN echo hello
