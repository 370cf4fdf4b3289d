#!/usr/bin/env bash
# The handout's commands over plain ssh, with nothing verified: what `pytest features/` is measured against.
# Usage: bare.sh KEY VERSION. Both machines must be up and untouched. Ends when every page answers.
set -euo pipefail
key=$1 version=$2
master=192.168.200.10 node=192.168.200.20

# Not one packet may leave this computer: the lab's addresses must be on its own bridge.
ip route get "$master" | grep -q labproof0 || { echo "the lab's bridge is not up; run labproof up" >&2; exit 2; }

on() {
    ssh -q -i "$key" -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
        -o ControlMaster=auto -o ControlPath="/tmp/labproof-bare-%h" -o ControlPersist=60 "root@$1" "$2" >/dev/null
}
both() {
    on "$master" "$1" &
    on "$node" "$1"
    wait $!
}
page() { timeout 120 sh -c "until curl -fsk -o /dev/null '$1'; do sleep 0.3; done"; }
stage() { printf '%s %s\n' "$(date +%s.%N)" "$1"; }

stage base
on "$master" "[ -f ~/.ssh/id_rsa ] || ssh-keygen -q -t rsa -N '' -f ~/.ssh/id_rsa"
public=$(ssh -q -i "$key" -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null "root@$master" cat .ssh/id_rsa.pub)
both "mkdir -p -m 700 ~/.ssh; echo '$public' >> ~/.ssh/authorized_keys; printf 'StrictHostKeyChecking no\n' >> ~/.ssh/config"
on "$master" "hostnamectl set-hostname master"
on "$node" "hostnamectl set-hostname node"
both "printf '$master master\n$node node\n' >> /etc/hosts"
both "systemctl stop firewalld && systemctl disable firewalld; iptables -F && iptables -X && iptables -Z && iptables-save"
both "setenforce 0 && sed -i 's/^SELINUX=.*/SELINUX=disabled/' /etc/selinux/config"
both "swapoff -a && sed -i '/ swap / s/^/#/' /etc/fstab"
both "modprobe br_netfilter; echo 'modprobe br_netfilter' >> /etc/profile
printf 'net.bridge.bridge-nf-call-ip6tables = 1\nnet.bridge.bridge-nf-call-iptables = 1\nnet.ipv4.ip_forward = 1\n' > /etc/sysctl.d/k8s.conf
sysctl -p /etc/sysctl.d/k8s.conf"

stage docker
on "$master" "tar -zxf /root/k8s-docker.tar.gz -C /opt/
printf '[k8s-docker]\nname=k8s-docker\nbaseurl=file:///opt/k8s-docker\nenabled=1\ngpgcheck=0\n' > /etc/yum.repos.d/k8s-docker.repo
scp -q /etc/yum.repos.d/k8s-docker.repo $node:/etc/yum.repos.d/ && scp -q -r /opt/k8s-docker/ $node:/opt/"
both "yum install -y yum-utils device-mapper-persistent-data lvm2 && yum install -y docker-ce docker-ce-cli containerd.io
systemctl start docker && systemctl enable docker"
both "mkdir -p /etc/docker; printf '{\"registry-mirrors\": [\"https://rncxm540.mirror.aliyuncs.com\"], \"exec-opts\": [\"native.cgroupdriver=systemd\"]}' > /etc/docker/daemon.json
systemctl daemon-reload && systemctl restart docker"

stage init
both "yum install -y kubelet-$version kubeadm-$version kubectl-$version && systemctl enable kubelet && systemctl start kubelet"
on "$master" "scp -q /root/k8s-images-v$version.tar.gz $node:/root/"
both "docker load -i /root/k8s-images-v$version.tar.gz"
on "$master" "kubeadm init --kubernetes-version=$version --apiserver-advertise-address=$master --image-repository registry.aliyuncs.com/google_containers --service-cidr=10.10.0.0/16 --pod-network-cidr=10.122.0.0/16
mkdir -p ~/.kube && cp -f /etc/kubernetes/admin.conf ~/.kube/config"

stage calico
on "$master" "kubectl apply -f /root/calico.yaml && kubectl wait --for=condition=Ready node/master --timeout=120s"

stage dashboard
on "$master" "sed -i '42a\\      nodePort: 30000\\n  type: NodePort' /root/recommended.yaml
printf -- '---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: dashboard-admin, namespace: kubernetes-dashboard}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: dashboard-admin}\nsubjects: [{kind: ServiceAccount, name: dashboard-admin, namespace: kubernetes-dashboard}]\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}\n' >> /root/recommended.yaml
kubectl apply -f /root/recommended.yaml"
page "https://$master:30000/"

stage join
on "$master" "scp -q ~/.kube/config $node:/root/kubeconfig; kubeadm token create --print-join-command | ssh $node sh"
on "$node" "mkdir -p ~/.kube && mv /root/kubeconfig ~/.kube/config"
on "$master" "kubectl label --overwrite node node node-role.kubernetes.io/worker=worker && kubectl wait --for=condition=Ready node/node --timeout=120s"
page "https://$node:30000/"

stage nginx
on "$master" "kubectl create deployment nginx --image=nginx:1.22 && kubectl expose deployment nginx --type=LoadBalancer --port=80"
port=$(ssh -q -i "$key" -o ControlPath="/tmp/labproof-bare-%h" "root@$master" "kubectl get service nginx -o jsonpath='{.spec.ports[0].nodePort}'")
page "http://$master:$port/"
page "http://$node:$port/"

stage kuboard
on "$master" "docker load -i /root/kuboard.tar
sed -i -e 's/imagePullPolicy: Always/imagePullPolicy: IfNotPresent/' -e 's/nodeName: your-node-name/nodeName: master/' /root/kuboard.yaml
kubectl apply -f /root/kuboard.yaml"
page "http://$master:32567/"
page "http://$node:32567/"
stage end
