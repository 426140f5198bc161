/** Makes what speaks MQTT, the gateway's own broker too, spare with memory. */
import mqttPacket from 'mqtt-packet';

// Otherwise a buffer is kept for each of 65,536 numbers: 8 MB, to spare the making of one for each message.
mqttPacket.writeToStream.cacheNumbers = false;
